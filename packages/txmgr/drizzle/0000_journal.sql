CREATE TABLE `tx_attempts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`intentId` integer NOT NULL,
	`nonce` integer NOT NULL,
	`kind` text NOT NULL,
	`hash` text NOT NULL,
	`raw` text NOT NULL,
	`gas` integer NOT NULL,
	`maxFeePerGas` text NOT NULL,
	`maxPriorityFeePerGas` text NOT NULL,
	`error` text,
	`createdAt` integer NOT NULL,
	FOREIGN KEY (`intentId`) REFERENCES `tx_intents`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tx_attempts_hash_unique` ON `tx_attempts` (`hash`);--> statement-breakpoint
CREATE INDEX `tx_attempts_intent` ON `tx_attempts` (`intentId`,`nonce`);--> statement-breakpoint
CREATE TABLE `tx_intents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`chainId` integer NOT NULL,
	`signer` text NOT NULL,
	`dedupeKey` text NOT NULL,
	`label` text NOT NULL,
	`to` text NOT NULL,
	`data` text NOT NULL,
	`value` text NOT NULL,
	`benign` text NOT NULL,
	`maxGas` integer,
	`validUntil` integer,
	`state` text NOT NULL,
	`nonce` integer,
	`closing` text,
	`reason` text,
	`benignError` text,
	`reopened` integer DEFAULT false NOT NULL,
	`minedHash` text,
	`minedBlock` integer,
	`minedBlockHash` text,
	`succeeded` integer,
	`gasUsed` integer,
	`gasPrice` text,
	`createdAt` integer NOT NULL,
	`updatedAt` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tx_intents_dedupe` ON `tx_intents` (`chainId`,`signer`,`dedupeKey`);--> statement-breakpoint
CREATE INDEX `tx_intents_open` ON `tx_intents` (`chainId`,`signer`) WHERE state in ('pending', 'sent', 'mined');--> statement-breakpoint
CREATE TABLE `tx_leases` (
	`chainId` integer NOT NULL,
	`signer` text NOT NULL,
	`genesis` text NOT NULL,
	`owner` text,
	`host` text,
	`pid` integer,
	`expiresAt` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tx_leases_key` ON `tx_leases` (`chainId`,`signer`);