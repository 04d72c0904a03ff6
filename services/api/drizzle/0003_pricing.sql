DROP TABLE `discounts`;--> statement-breakpoint
CREATE TABLE `discounts` (
	`loss_prices` text NOT NULL,
	`token` text NOT NULL,
	`day` integer NOT NULL,
	`bps` integer NOT NULL,
	PRIMARY KEY(`loss_prices`, `token`, `day`)
);
--> statement-breakpoint
DROP TABLE `price_sources`;--> statement-breakpoint
CREATE TABLE `price_sources` (
	`registry` text NOT NULL,
	`token` text NOT NULL,
	`feed` text NOT NULL,
	`max_age` integer NOT NULL,
	`feed_decimals` integer NOT NULL,
	`issuer` text,
	PRIMARY KEY(`registry`, `token`)
);
--> statement-breakpoint
DROP TABLE `prices`;--> statement-breakpoint
CREATE TABLE `prices` (
	`registry` text NOT NULL,
	`token` text NOT NULL,
	`block` integer NOT NULL,
	`market` text NOT NULL,
	`backing` text NOT NULL,
	`ok` integer NOT NULL,
	`answer` text,
	`updated_at` integer,
	PRIMARY KEY(`registry`, `token`)
);
