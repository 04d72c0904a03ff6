CREATE TABLE `discounts` (
	`token` text NOT NULL,
	`day` integer NOT NULL,
	`bps` integer NOT NULL,
	PRIMARY KEY(`token`, `day`)
);
--> statement-breakpoint
CREATE TABLE `loss_readings` (
	`lmp` text PRIMARY KEY NOT NULL,
	`block` integer NOT NULL,
	`loss` text,
	`high` text,
	`threshold` text
);
--> statement-breakpoint
CREATE TABLE `buckets` (
	`pool` text NOT NULL,
	`day` integer NOT NULL,
	`shares` text NOT NULL,
	`left` integer DEFAULT false NOT NULL,
	`toke` text DEFAULT '0' NOT NULL,
	`per_share` text DEFAULT '0' NOT NULL,
	`cases` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`pool`, `day`)
);
--> statement-breakpoint
CREATE TABLE `cases` (
	`block` integer NOT NULL,
	`log_index` integer NOT NULL,
	`timestamp` integer NOT NULL,
	`transaction_hash` text NOT NULL,
	`lmp` text NOT NULL,
	`epoch` integer NOT NULL,
	`first` integer NOT NULL,
	`last` integer NOT NULL,
	`window_hash` text NOT NULL,
	`loss` text NOT NULL,
	`executable_at` integer NOT NULL,
	`signers` text NOT NULL,
	`decided_block` integer,
	`decided_at` integer,
	`decided_in` text,
	`executed` integer,
	`counted_loss` text,
	`coverage` text,
	`slashed` text,
	`recovery_id` integer,
	`threshold` text,
	PRIMARY KEY(`lmp`, `epoch`)
);
--> statement-breakpoint
CREATE INDEX `cases_by_block` ON `cases` (`block`,`log_index`);--> statement-breakpoint
CREATE TABLE `checkpoints` (
	`block` integer NOT NULL,
	`log_index` integer NOT NULL,
	`timestamp` integer NOT NULL,
	`transaction_hash` text NOT NULL,
	`lmp` text NOT NULL,
	`checkpoint` integer NOT NULL,
	`high` text NOT NULL,
	`low` text NOT NULL,
	`supply` text NOT NULL,
	`mark` text NOT NULL,
	`loss` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`block`, `log_index`)
);
--> statement-breakpoint
CREATE INDEX `checkpoints_by_lmp` ON `checkpoints` (`lmp`,`block`,`log_index`);--> statement-breakpoint
CREATE TABLE `exits` (
	`pool` text NOT NULL,
	`account` text NOT NULL,
	`day` integer NOT NULL,
	`shares` text DEFAULT '0' NOT NULL,
	`per_share` text DEFAULT '0' NOT NULL,
	`cases` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`pool`, `account`, `day`)
);
--> statement-breakpoint
CREATE TABLE `loss_states` (
	`lmp` text PRIMARY KEY NOT NULL,
	`count` integer DEFAULT 0 NOT NULL,
	`since` integer DEFAULT 0 NOT NULL,
	`epoch` integer DEFAULT 0 NOT NULL,
	`above` integer DEFAULT 0 NOT NULL,
	`frozen_at` integer,
	`freeze_end` integer,
	`skipped_at` integer,
	`skipped_for` text,
	`failed_at` integer
);
--> statement-breakpoint
CREATE TABLE `pools` (
	`address` text PRIMARY KEY NOT NULL,
	`lmp` text NOT NULL,
	`mode` text NOT NULL,
	`toke` text DEFAULT '0' NOT NULL,
	`shares` text DEFAULT '0' NOT NULL,
	`per_share` text DEFAULT '0' NOT NULL,
	`accrued_at` integer DEFAULT 0 NOT NULL,
	`rate` text DEFAULT '0' NOT NULL,
	`end` integer DEFAULT 0 NOT NULL,
	`cases` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `pools_lmp_unique` ON `pools` (`lmp`);--> statement-breakpoint
CREATE TABLE `recoveries` (
	`id` integer PRIMARY KEY NOT NULL,
	`block` integer NOT NULL,
	`log_index` integer NOT NULL,
	`timestamp` integer NOT NULL,
	`transaction_hash` text NOT NULL,
	`lmp` text NOT NULL,
	`pool` text NOT NULL,
	`case_id` integer NOT NULL,
	`toke` text NOT NULL,
	`start` integer NOT NULL,
	`end` integer NOT NULL,
	`coverage` text NOT NULL,
	`mark` text NOT NULL,
	`since` integer NOT NULL,
	`ended_block` integer,
	`ended_at` integer,
	`returned` text,
	`uncovered` text
);
--> statement-breakpoint
CREATE TABLE `slash_shares` (
	`pool` text NOT NULL,
	`account` text NOT NULL,
	`case_id` integer NOT NULL,
	`shares` text DEFAULT '0' NOT NULL,
	`claimed` text DEFAULT '0' NOT NULL,
	PRIMARY KEY(`pool`, `account`, `case_id`)
);
--> statement-breakpoint
CREATE TABLE `slashes` (
	`block` integer NOT NULL,
	`log_index` integer NOT NULL,
	`timestamp` integer NOT NULL,
	`transaction_hash` text NOT NULL,
	`pool` text NOT NULL,
	`lmp` text NOT NULL,
	`case_id` integer NOT NULL,
	`toke` text NOT NULL,
	`shares` text NOT NULL,
	`toke_left` text NOT NULL,
	`receiver` text NOT NULL,
	`returned` text DEFAULT '0' NOT NULL,
	PRIMARY KEY(`block`, `log_index`)
);
--> statement-breakpoint
CREATE INDEX `slashes_by_case` ON `slashes` (`pool`,`case_id`);--> statement-breakpoint
CREATE TABLE `splitters` (
	`address` text PRIMARY KEY NOT NULL,
	`lmp` text NOT NULL,
	`fee` text NOT NULL,
	`held` text DEFAULT '0' NOT NULL,
	`pending` text DEFAULT '0' NOT NULL,
	`redeemed` text DEFAULT '0' NOT NULL,
	`assets` text DEFAULT '0' NOT NULL,
	`to_protocol` text DEFAULT '0' NOT NULL,
	`last_at` integer
);
--> statement-breakpoint
CREATE TABLE `stakes` (
	`pool` text NOT NULL,
	`account` text NOT NULL,
	`shares` text DEFAULT '0' NOT NULL,
	`per_share` text DEFAULT '0' NOT NULL,
	`owed` text DEFAULT '0' NOT NULL,
	`cases` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`pool`, `account`)
);
--> statement-breakpoint
ALTER TABLE `lmps` ADD `loss_mark` text DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `frozen` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `cover` text DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `loss_ledger` text;--> statement-breakpoint
ALTER TABLE `lmps` ADD `management_fee_bps` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `management_fee_recipient` text;