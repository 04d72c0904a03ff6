CREATE TABLE `oracle_blocks` (
	`number` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `oracle_signatures` (
	`chainId` integer NOT NULL,
	`oracle` text NOT NULL,
	`signer` text NOT NULL,
	`lmp` text NOT NULL,
	`epoch` text NOT NULL,
	`last` text NOT NULL,
	`first` text NOT NULL,
	`windowHash` text NOT NULL,
	`loss` text NOT NULL,
	`digest` text NOT NULL,
	`blockNumber` integer NOT NULL,
	`blockHash` text NOT NULL,
	`signature` text,
	`createdAt` integer NOT NULL,
	PRIMARY KEY(`chainId`, `oracle`, `signer`, `lmp`, `epoch`, `last`)
);
