ALTER TABLE `destinations` ADD `closing_at` integer;--> statement-breakpoint
ALTER TABLE `lmps` ADD `stale` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `expiry` integer;--> statement-breakpoint
ALTER TABLE `lmps` ADD `paused_until` integer;--> statement-breakpoint
ALTER TABLE `lmps` ADD `flow` text DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `flow_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `loss_used` text DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE `lmps` ADD `loss_at` integer DEFAULT 0 NOT NULL;