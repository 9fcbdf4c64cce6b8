import { z } from 'zod';
import type { Evidence } from '../services/evidence.ts';
import { serviceOf } from '../services/index.ts';
import type { CloudService } from '../services/service.ts';
import type { Recording } from './recording.ts';

/** What a recording shows of each service of each project in it. */
export function evidenceIn({ settings, responses }: Recording): readonly (Evidence & {
  readonly service: CloudService;
})[] {
  return settings.projects.flatMap(({ services }, index) =>
    services.map((own) => {
      const service = serviceOf(own.type);
      return {
        service,
        api: service.api(z.object(service.settings).parse(own)),
        responses: responses
          .filter((response) => response.project === index && response.service === own.type)
          .map((response) => ({ ...response, isCut: response.rows_left_out !== undefined })),
      };
    }),
  );
}
