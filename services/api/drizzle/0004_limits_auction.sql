CREATE TABLE `caps` (
	`lmp` text NOT NULL,
	`id` text NOT NULL,
	`share` text NOT NULL,
	`amount` text NOT NULL,
	PRIMARY KEY(`lmp`, `id`)
);
--> statement-breakpoint
CREATE TABLE `headrooms` (
	`destination` text PRIMARY KEY NOT NULL,
	`block` integer NOT NULL,
	`room` text,
	`bound` integer,
	`subject` text
);
--> statement-breakpoint
CREATE TABLE `lot_prices` (
	`seller` text NOT NULL,
	`token` text NOT NULL,
	`block` integer NOT NULL,
	`price` text,
	PRIMARY KEY(`seller`, `token`)
);
--> statement-breakpoint
CREATE TABLE `lots` (
	`seller` text NOT NULL,
	`token` text NOT NULL,
	`listed` integer NOT NULL,
	`listed_registry` text,
	`listed_start` text DEFAULT '0' NOT NULL,
	`left` text DEFAULT '0' NOT NULL,
	`size` text DEFAULT '0' NOT NULL,
	`waiting` text DEFAULT '0' NOT NULL,
	`opened_at` integer,
	`registry` text,
	`start_price` text DEFAULT '0' NOT NULL,
	`sold` text DEFAULT '0' NOT NULL,
	`paid` text DEFAULT '0' NOT NULL,
	PRIMARY KEY(`seller`, `token`)
);
--> statement-breakpoint
ALTER TABLE `lmps` ADD `exit_queue` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `proceeds` text DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `max_pool_share` text DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `idle_floor` text DEFAULT '0' NOT NULL;