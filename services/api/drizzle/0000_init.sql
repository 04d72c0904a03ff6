CREATE TABLE `blocks` (
	`number` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`parent_hash` text NOT NULL,
	`timestamp` integer NOT NULL,
	`indexed_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `claims` (
	`block` integer NOT NULL,
	`log_index` integer NOT NULL,
	`timestamp` integer NOT NULL,
	`transaction_hash` text NOT NULL,
	`reactor_id` integer NOT NULL,
	`controller` text NOT NULL,
	`receiver` text NOT NULL,
	`shares` text NOT NULL,
	`assets` text NOT NULL,
	PRIMARY KEY(`block`, `log_index`)
);
--> statement-breakpoint
CREATE TABLE `cohorts` (
	`reactor_id` integer NOT NULL,
	`cohort` integer NOT NULL,
	`requested` text NOT NULL,
	`filled_shares` text NOT NULL,
	`filled_assets` text NOT NULL,
	PRIMARY KEY(`reactor_id`, `cohort`)
);
--> statement-breakpoint
CREATE TABLE `cycle_positions` (
	`cycle` integer NOT NULL,
	`position_id` integer NOT NULL,
	`marked_block` integer,
	`mark_token` text,
	`mark_pair` text,
	`price` text,
	`stale` integer,
	`moved_block` integer,
	`units` text,
	`token_idle` text,
	`pair_idle` text,
	`token_amount` text,
	`pair_amount` text,
	`skipped` integer,
	PRIMARY KEY(`cycle`, `position_id`)
);
--> statement-breakpoint
CREATE TABLE `cycle_reactors` (
	`cycle` integer NOT NULL,
	`reactor_id` integer NOT NULL,
	`flow` text,
	`reserve` text,
	`supply` text,
	`lp_assets` text,
	`balanced_block` integer,
	`target` text,
	`planned_block` integer,
	`filled_shares` text,
	`filled_assets` text,
	`filled_block` integer,
	`closing_idle` text,
	`closing_dep` text,
	`closing_withheld` text,
	`closing_supply` text,
	`closing_dep0` text,
	`closing_max_lp_share` text,
	`closing_reserve_floor` text,
	PRIMARY KEY(`cycle`, `reactor_id`)
);
--> statement-breakpoint
CREATE TABLE `cycles` (
	`number` integer PRIMARY KEY NOT NULL,
	`started_at` integer,
	`ends_at` integer,
	`rollover_at` integer,
	`completed_at` integer,
	`completed_block` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cycles_completed_block_unique` ON `cycles` (`completed_block`);--> statement-breakpoint
CREATE TABLE `destinations` (
	`address` text PRIMARY KEY NOT NULL,
	`lmp` text NOT NULL,
	`position` integer NOT NULL,
	`units` text NOT NULL,
	`safe` text NOT NULL,
	`spot` text NOT NULL,
	`backing` text NOT NULL,
	`ok` integer,
	`valued_at` integer,
	`unsafe_at` integer
);
--> statement-breakpoint
CREATE INDEX `destinations_by_lmp` ON `destinations` (`lmp`,`position`);--> statement-breakpoint
CREATE TABLE `external_flows` (
	`cycle` integer NOT NULL,
	`reactor_id` integer NOT NULL,
	`reason` text NOT NULL,
	`amount` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`cycle`, `reactor_id`, `reason`)
);
--> statement-breakpoint
CREATE TABLE `journal` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`block` integer NOT NULL,
	`table_name` text NOT NULL,
	`before` text,
	`inserted` text
);
--> statement-breakpoint
CREATE INDEX `journal_by_block` ON `journal` (`block`);--> statement-breakpoint
CREATE TABLE `lmps` (
	`address` text PRIMARY KEY NOT NULL,
	`supply` text NOT NULL,
	`idle` text NOT NULL,
	`mark` text NOT NULL,
	`sum_safe` text NOT NULL,
	`sum_min` text NOT NULL,
	`sum_max` text NOT NULL,
	`locked` text NOT NULL,
	`lock_start` integer NOT NULL,
	`lock_end` integer NOT NULL,
	`valued_at` integer,
	`clean` integer NOT NULL,
	`gate` text,
	`cap` text,
	`fee_bps` integer NOT NULL,
	`fee_recipient` text
);
--> statement-breakpoint
CREATE TABLE `positions` (
	`id` integer PRIMARY KEY NOT NULL,
	`adapter` text NOT NULL,
	`token_reactor` integer NOT NULL,
	`pair_reactor` integer NOT NULL,
	`multiple` text,
	`units` text NOT NULL,
	`token_amount` text NOT NULL,
	`pair_amount` text NOT NULL,
	`stale` integer NOT NULL,
	`marked_in` integer,
	`moved_in` integer
);
--> statement-breakpoint
CREATE TABLE `price_sources` (
	`token` text PRIMARY KEY NOT NULL,
	`feed` text NOT NULL,
	`max_age` integer NOT NULL,
	`feed_decimals` integer NOT NULL,
	`issuer` text
);
--> statement-breakpoint
CREATE TABLE `prices` (
	`token` text PRIMARY KEY NOT NULL,
	`block` integer NOT NULL,
	`market` text NOT NULL,
	`backing` text NOT NULL,
	`ok` integer NOT NULL,
	`answer` text,
	`updated_at` integer
);
--> statement-breakpoint
CREATE TABLE `reactors` (
	`id` integer PRIMARY KEY NOT NULL,
	`address` text NOT NULL,
	`asset` text NOT NULL,
	`is_pair` integer NOT NULL,
	`supply` text NOT NULL,
	`idle` text NOT NULL,
	`dep` text NOT NULL,
	`withheld` text NOT NULL,
	`last_reserve` text NOT NULL,
	`external` text NOT NULL,
	`dep0` text NOT NULL,
	`max_lp_share` text,
	`short_cycles` integer NOT NULL,
	`balanced_in` integer,
	`planned_in` integer,
	`filled_in` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `reactors_address_unique` ON `reactors` (`address`);--> statement-breakpoint
CREATE TABLE `rebalances` (
	`block` integer NOT NULL,
	`log_index` integer NOT NULL,
	`timestamp` integer NOT NULL,
	`transaction_hash` text NOT NULL,
	`lmp` text NOT NULL,
	`solver` text NOT NULL,
	`outs` text NOT NULL,
	`ins` text NOT NULL,
	`cost` text,
	`gain` text,
	`income_before` text,
	`income_after` text,
	`moved` text,
	`factor` text,
	PRIMARY KEY(`block`, `log_index`)
);
--> statement-breakpoint
CREATE INDEX `rebalances_by_lmp` ON `rebalances` (`lmp`,`block`,`log_index`);--> statement-breakpoint
CREATE TABLE `reports` (
	`block` integer NOT NULL,
	`log_index` integer NOT NULL,
	`timestamp` integer NOT NULL,
	`transaction_hash` text NOT NULL,
	`lmp` text NOT NULL,
	`caller` text NOT NULL,
	`idle` text NOT NULL,
	`sum_safe` text NOT NULL,
	`sum_min` text NOT NULL,
	`sum_max` text NOT NULL,
	`locked` text NOT NULL,
	`mark` text NOT NULL,
	`supply` text NOT NULL,
	`clean` integer NOT NULL,
	PRIMARY KEY(`block`, `log_index`)
);
--> statement-breakpoint
CREATE INDEX `reports_by_lmp` ON `reports` (`lmp`,`block`,`log_index`);--> statement-breakpoint
CREATE TABLE `requests` (
	`reactor_id` integer NOT NULL,
	`cohort` integer NOT NULL,
	`controller` text NOT NULL,
	`shares` text NOT NULL,
	PRIMARY KEY(`reactor_id`, `cohort`, `controller`)
);
--> statement-breakpoint
CREATE TABLE `signals` (
	`destination` text PRIMARY KEY NOT NULL,
	`first_at` integer NOT NULL,
	`last_at` integer NOT NULL,
	`fell_at` integer,
	`count` integer NOT NULL,
	`rate` text NOT NULL,
	`base` text NOT NULL,
	`sample` text NOT NULL,
	`incentive_yearly` text NOT NULL,
	`incentive_others` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sync` (
	`id` integer PRIMARY KEY NOT NULL,
	`chain_id` integer NOT NULL,
	`deployment` text NOT NULL,
	`finalized` integer NOT NULL
);
