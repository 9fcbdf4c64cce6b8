/**
 * Reads the part of PromQL that the dashboard uses into a tree, so that tests can ask what a query does
 * rather than search its text. Anything else is an error.
 */

/** Reads series of one metric. */
export interface Selector {
  readonly kind: 'selector';
  readonly metric: string;
  /** Label, operator and value as written. */
  readonly matchers: readonly string[];
  /** As written between the brackets; undefined without. */
  readonly range: string | undefined;
}
/** `max by (a, b) (x)`. */
interface Aggregation {
  readonly kind: 'aggregation';
  readonly operation: string;
  readonly by: readonly string[];
  readonly of: Query;
}
/** `rate(x)`. */
export interface Call {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Query[];
}
/** `a > bool b`. */
export interface Operation {
  readonly kind: 'operation';
  readonly operator: string;
  readonly bool: boolean;
  readonly left: Query;
  readonly right: Query;
}
/** A number. */
interface Literal {
  readonly kind: 'number';
  readonly value: number;
}
/** A query or a part of one. */
export type Query = Selector | Aggregation | Call | Operation | Literal;

const AGGREGATIONS = new Set(['sum', 'max', 'min', 'count', 'avg']);
const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '>': 3,
  '<': 3,
  '>=': 3,
  '<=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
};
const TOKEN =
  /\s*([A-Za-z_:][\w:]*|\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|\[[^\]]*\]|=~|!~|==|!=|>=|<=|[-+*/=<>(){},])/y;
const DURATION = /\s*(\d+[smhdwy])/y;

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  let at = 0;
  while (text.slice(at).trim() !== '') {
    const pattern = tokens.at(-1) === 'offset' ? DURATION : TOKEN;
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[1];
    if (token === undefined) throw new Error(`cannot read ${JSON.stringify(text.slice(at, at + 30))}`);
    tokens.push(token);
    at = pattern.lastIndex;
  }
  return tokens;
}

/** Reads a query. Throws where it is not of the part of PromQL that this reads. */
export function parseQuery(text: string): Query {
  const tokens = tokensOf(text);
  let next = 0;

  const peek = (): string | undefined => tokens[next];
  const take = (expected?: string): string => {
    const token = tokens[next];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`expected ${expected ?? 'more'}, found ${token ?? 'the end'} in ${text}`);
    }
    next += 1;
    return token;
  };
  const list = <T>(open: string, close: string, item: () => T): T[] => {
    const items: T[] = [];
    take(open);
    while (peek() !== close) {
      items.push(item());
      if (peek() !== close) take(',');
    }
    take(close);
    return items;
  };

  const selector = (metric: string): Selector => {
    const matchers = peek() === '{' ? list('{', '}', () => take() + take() + take()) : [];
    const range = peek()?.startsWith('[') === true ? take().slice(1, -1) : undefined;
    if (peek() === 'offset') {
      take();
      take();
    }
    return { kind: 'selector', metric, matchers, range };
  };
  const primary = (): Query => {
    if (peek() === '(') {
      take();
      const inside = expression(0);
      take(')');
      return inside;
    }
    const token = take();
    if (/^\d/.test(token)) return { kind: 'number', value: Number(token) };
    if (!/^[A-Za-z_]/.test(token)) throw new Error(`did not expect ${token} in ${text}`);
    if (AGGREGATIONS.has(token)) {
      const by = peek() === 'by' && take() === 'by' ? list('(', ')', () => take()) : [];
      const [of, ...rest] = list('(', ')', () => expression(0));
      if (of === undefined || rest.length > 0) throw new Error(`${token} takes one argument`);
      return { kind: 'aggregation', operation: token, by, of };
    }
    if (peek() === '(') return { kind: 'call', name: token, args: list('(', ')', () => expression(0)) };
    return selector(token);
  };
  const expression = (floor: number): Query => {
    let left = primary();
    for (;;) {
      const operator = peek() ?? '';
      const precedence = PRECEDENCE[operator];
      if (precedence === undefined || precedence <= floor) return left;
      take();
      const bool = peek() === 'bool' && take() === 'bool';
      left = { kind: 'operation', operator, bool, left, right: expression(precedence) };
    }
  };

  const query = expression(0);
  if (next < tokens.length) throw new Error(`did not expect ${peek()} in ${text}`);
  return query;
}

/** The parts that a query is directly made of. */
function partsOf(query: Query): readonly Query[] {
  switch (query.kind) {
    case 'aggregation':
      return [query.of];
    case 'call':
      return query.args;
    case 'operation':
      return [query.left, query.right];
    case 'selector':
    case 'number':
      return [];
    default:
      return query satisfies never;
  }
}

/** A read of a metric, with what stands around it, the innermost first. */
export interface Read {
  readonly selector: Selector;
  readonly around: readonly Query[];
}

/** Every read of a metric in a query. */
export const readsOf = (query: Query, around: readonly Query[] = []): readonly Read[] =>
  query.kind === 'selector'
    ? [{ selector: query, around }]
    : partsOf(query).flatMap((part) => readsOf(part, [query, ...around]));
