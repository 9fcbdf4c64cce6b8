const HOURS_EAST = 8;
const isoText = (unixSeconds: number): string => new Date(Math.floor(unixSeconds) * 1000).toISOString();

/** `2021-06-08T13:55:13`: UTC without saying so, as GES writes times. */
export const zonelessTime = (unixSeconds: number): string => isoText(unixSeconds).slice(0, 19);

/** `2018-08-06T12:41:14+0800`, as GaussDB(for MySQL) writes times. */
export const chineseTime = (unixSeconds: number): string =>
  `${isoText(unixSeconds + HOURS_EAST * 3600).slice(0, 19)}+0800`;

/** `2020-01-04T09:05:22.701000Z`: six digits of fraction, as IAM writes times. */
export const iamTime = (unixSeconds: number): string =>
  `${new Date(Math.floor(unixSeconds * 1000)).toISOString().slice(0, 23)}000Z`;

/** `20210609203323`, `hoursEast` of UTC, as it stands in names of backups. */
export const compactTime = (unixSeconds: number, hoursEast: number): string =>
  isoText(unixSeconds + hoursEast * 3600)
    .slice(0, 19)
    .replace(/[-:T]/g, '');

/** Reads `2020-07-06T10:41:14+0800` (or `Z`) as Unix seconds; undefined for anything else. */
export const parseZonedTime = (text: string): number | undefined => {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:Z|([+-])(\d{2})(\d{2}))$/.exec(text);
  if (!match) {
    return undefined;
  }
  const [, local = '', sign, hours = '0', minutes = '0'] = match;
  const milliseconds = Date.parse(`${local}Z`);
  if (Number.isNaN(milliseconds) || zonelessTime(milliseconds / 1000) !== local) {
    return undefined;
  }
  const east = (Number(hours) * 60 + Number(minutes)) * 60;
  return milliseconds / 1000 + (sign === '-' ? east : -east);
};

/** `2019-05-27T03:38:51+0000`. */
export const zeroZoneTime = (unixSeconds: number): string => `${zonelessTime(unixSeconds)}+0000`;

/** `2018-08-06 12:41:14`: UTC without saying so. */
export const blankTime = (unixSeconds: number): string => zonelessTime(unixSeconds).replace('T', ' ');
