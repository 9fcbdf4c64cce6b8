import type { Duration } from './duration.ts';

/** Reads one metric: an instant vector, or a range vector when `range` is given. */
export interface Series {
  readonly kind: 'series';
  readonly metric: string;
  /** Label matchers as PromQL writes them: `job="x"`. */
  readonly matchers: readonly string[];
  readonly range: Duration | undefined;
  readonly offset: Duration | undefined;
}

/** Evaluates an expression again and again over a time: `of[range:step]`. */
export interface Subquery {
  readonly kind: 'subquery';
  readonly of: Expression;
  readonly range: Duration;
  readonly step: Duration;
}

/** Calls a function. */
export interface Call {
  readonly kind: 'call';
  readonly function: string;
  readonly arguments: readonly Expression[];
}

/** Joins the series that agree in some labels into one. */
export interface Aggregation {
  readonly kind: 'aggregation';
  readonly operator: 'max' | 'min' | 'sum';
  readonly by: readonly string[];
  readonly of: Expression;
}

/** Every binary operator that the rules use, the ones that bind loosest first. */
const PRECEDENCE = [
  ['or'],
  ['and', 'unless'],
  ['==', '!=', '>', '>=', '<', '<='],
  ['+', '-'],
  ['*'],
] as const;
/** One of the binary operators that the rules use. */
export type Operator = (typeof PRECEDENCE)[number][number];

/** Joins two expressions. Without `on`, series match when all their labels are equal. */
export interface Operation {
  readonly kind: 'operation';
  readonly operator: Operator;
  readonly left: Expression;
  readonly right: Expression;
  readonly on: readonly string[] | undefined;
  /** Whether many series on the left may match one on the right. */
  readonly groupLeft: boolean;
}

/** A PromQL expression. */
export type Expression =
  | Series
  | Subquery
  | Call
  | Aggregation
  | Operation
  | { readonly kind: 'number'; readonly value: number };

/** Reads the current value of a metric. */
export function series(metric: string, ...matchers: readonly string[]): Series {
  return { kind: 'series', metric, matchers, range: undefined, offset: undefined };
}

/** A number. */
export function number(value: number): Expression {
  return { kind: 'number', value };
}

/** Calls a PromQL function. */
export function call(name: string, ...given: readonly Expression[]): Call {
  return { kind: 'call', function: name, arguments: given };
}

/** The time of the evaluation, in Unix seconds. */
export const now: Expression = call('time');

/** A metric over a time that ends now. */
export function over(read: Series, range: Duration): Series {
  return { ...read, range };
}

/** The newest value of a metric within a time; unlike a plain read it looks past staleness markers. */
export function lastOverTime(read: Series, range: Duration): Expression {
  return call('last_over_time', over(read, range));
}

/** An expression over a time that ends now, evaluated at every step. */
export function subquery(of: Expression, range: Duration, step: Duration): Subquery {
  return { kind: 'subquery', of, range, step };
}

/** Joins series by an aggregation operator. */
export function aggregate(
  operator: Aggregation['operator'],
  by: readonly string[],
  of: Expression,
): Aggregation {
  return { kind: 'aggregation', operator, by, of };
}

/** Joins two expressions by an operator, matching series on all labels or on those of `on`. */
export function operation(
  left: Expression,
  operator: Operator,
  right: Expression,
  on?: readonly string[],
): Operation {
  return { kind: 'operation', operator, left, right, on, groupLeft: false };
}

/** Joins many series on the left with one on the right that agrees in the labels of `on`. */
export function manyToOne(
  left: Expression,
  operator: Operator,
  right: Expression,
  on: readonly string[],
): Operation {
  return { kind: 'operation', operator, left, right, on, groupLeft: true };
}

/** The same expression with the direct parts replaced by what `replace` makes of them. */
export function mapParts(expression: Expression, replace: (part: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'series':
    case 'number':
      return expression;
    case 'subquery':
    case 'aggregation':
      return { ...expression, of: replace(expression.of) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map((part) => replace(part)) };
    case 'operation':
      return { ...expression, left: replace(expression.left), right: replace(expression.right) };
    default:
      return expression satisfies never;
  }
}

/** The same expression as it was some time ago. */
export function ago(expression: Expression, offset: Duration): Expression {
  if (expression.kind === 'series') return { ...expression, offset };
  return mapParts(expression, (part) => ago(part, offset));
}

const WIDTH = 100;

/** Prints an expression, over several lines where it is long. */
export function printExpression(expression: Expression): string {
  const flat = printFlat(expression);
  if (flat.length <= WIDTH) return flat;

  switch (expression.kind) {
    case 'series':
    case 'number':
      return flat;
    case 'subquery':
      return `${printPart(expression.of, true)}[${expression.range}:${expression.step}]`;
    case 'call':
      return block(expression.function, expression.arguments.map(printExpression).join(',\n'));
    case 'aggregation':
      return block(aggregationHead(expression), printExpression(expression.of));
    case 'operation':
      return printLong(expression);
    default:
      return expression satisfies never;
  }
}

function printLong(operation: Operation): string {
  const left = printOperand(operation, 'left', printExpression);
  const flatRight = printOperand(operation, 'right', printFlat);
  const lastLine = left.slice(left.lastIndexOf('\n') + 1);
  if (!isSetOperation(operation)) {
    const joined = `${operatorText(operation)} ${flatRight}`;
    const fits = lastLine.length + joined.length < WIDTH || operation.right.kind === 'number';
    if (fits) return `${left} ${joined}`;
    if (isArithmetic(operation)) {
      return `${left} ${operatorText(operation)} ${printOperand(operation, 'right', printExpression)}`;
    }
  }
  return [left, operatorText(operation), printOperand(operation, 'right', printExpression)].join('\n');
}

function printFlat(expression: Expression): string {
  switch (expression.kind) {
    case 'series':
      return printSeries(expression);
    case 'number':
      return String(expression.value);
    case 'subquery':
      return `${printPart(expression.of, false)}[${expression.range}:${expression.step}]`;
    case 'call':
      return `${expression.function}(${expression.arguments.map(printFlat).join(', ')})`;
    case 'aggregation':
      return `${aggregationHead(expression)}(${printFlat(expression.of)})`;
    case 'operation':
      return [
        printOperand(expression, 'left', printFlat),
        operatorText(expression),
        printOperand(expression, 'right', printFlat),
      ].join(' ');
    default:
      return expression satisfies never;
  }
}

function printSeries({ metric, matchers, range, offset }: Series): string {
  const selected = matchers.length === 0 ? metric : `${metric}{${matchers.join(',')}}`;
  return [
    range === undefined ? selected : `${selected}[${range}]`,
    offset === undefined ? '' : ` offset ${offset}`,
  ].join('');
}

function aggregationHead({ operator, by }: Aggregation): string {
  return `${operator} by (${by.join(', ')}) `;
}

function operatorText({ operator, on, groupLeft }: Operation): string {
  const matching = on === undefined ? '' : ` on (${on.join(', ')})`;
  return `${operator}${matching}${groupLeft ? ' group_left ()' : ''}`;
}

function printPart(part: Expression, mayBreak: boolean): string {
  const text = mayBreak ? printExpression(part) : printFlat(part);
  return part.kind === 'operation' ? `(${text})` : text;
}

function printOperand(
  parent: Operation,
  side: 'left' | 'right',
  print: (operand: Expression) => string,
): string {
  const operand = parent[side];
  const text = print(operand);
  if (operand.kind !== 'operation') return text;
  const isLong = text.includes('\n');
  if (!needsParentheses(parent, operand, side, isLong)) return text;
  return isLong ? block('', text) : `(${text})`;
}

function needsParentheses(
  parent: Operation,
  operand: Operation,
  side: 'left' | 'right',
  isLong: boolean,
): boolean {
  const difference = precedenceOf(operand) - precedenceOf(parent);
  if (difference === 0) return side === 'right' || operand.operator !== parent.operator;
  if (difference < 0) return true;
  // From here on PromQL needs none, but people read these wrong without.
  return operand.operator === 'unless' || operand.operator === 'and' || (isLong && isSetOperation(parent));
}

function precedenceOf({ operator }: Operation): number {
  return PRECEDENCE.findIndex((operators) => operators.some((candidate) => candidate === operator));
}

function isSetOperation({ operator }: Operation): boolean {
  return operator === 'or' || operator === 'and' || operator === 'unless';
}

function isArithmetic({ operator }: Operation): boolean {
  return operator === '+' || operator === '-' || operator === '*';
}

function block(head: string, body: string): string {
  return `${head}(\n${body.replaceAll(/^(?=.)/gm, '  ')}\n)`;
}
