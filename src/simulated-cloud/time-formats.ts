const HOURS_EAST = 8;
const isoText = (unixSeconds: number): string => new Date(Math.floor(unixSeconds) * 1000).toISOString();

/** `2021-06-08T13:55:13`: UTC without a zone. */
export const zonelessTime = (unixSeconds: number): string => isoText(unixSeconds).slice(0, 19);

/** `2018-08-06T12:41:14+0800`. */
export const chineseTime = (unixSeconds: number): string =>
  `${isoText(unixSeconds + HOURS_EAST * 3600).slice(0, 19)}+0800`;

/** `2020-01-04T09:05:22.701000Z`: six decimal places, as in IAM. */
export const iamTime = (unixSeconds: number): string =>
  `${new Date(Math.floor(unixSeconds * 1000)).toISOString().slice(0, 23)}000Z`;

/** `20210609203323`, `hoursEast` of UTC, as in names of backups. */
export const compactTime = (unixSeconds: number, hoursEast: number): string =>
  isoText(unixSeconds + hoursEast * 3600)
    .slice(0, 19)
    .replace(/[-:T]/g, '');

/** `2018-08-06 12:41:14`: UTC without a zone. */
export const blankTime = (unixSeconds: number): string => zonelessTime(unixSeconds).replace('T', ' ');
