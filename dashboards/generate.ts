import { writeFileSync } from 'node:fs';
import { renderBackups } from './source/backups.ts';
import { renderExporter } from './source/exporter.ts';

writeFileSync(new URL('huaweicloud-backup.json', import.meta.url), renderBackups());
writeFileSync(new URL('huaweicloud-backup-exporter.json', import.meta.url), renderExporter());
