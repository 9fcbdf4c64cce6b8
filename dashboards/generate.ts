import { writeFileSync } from 'node:fs';
import { renderDashboard } from './source/dashboard.ts';

writeFileSync(new URL('huaweicloud-backup.json', import.meta.url), renderDashboard());
