CREATE TABLE `keeper_jobs` (
	`job` text PRIMARY KEY NOT NULL,
	`lastRunAt` integer,
	`lastAction` text,
	`nextAt` integer,
	`note` text,
	`lastError` text,
	`lastErrorAt` integer
);
