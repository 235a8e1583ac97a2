import { Lexer, Marked } from "marked";

/** A rule that is asked for at the beginning of a text alone. */
class AtBeginning extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    this.lastIndex = 0;
    return super.exec(text);
  }
}

/** WebKit looks through all of a text for a rule that begins with `^`, and every line is asked for every rule: a page of
 * short lines held the window up for seconds. One that is sticky is asked for once. */
function asked(rule: RegExp): RegExp {
  const isForBeginning = rule.source.startsWith("^") && !rule.global && !rule.multiline;
  return isForBeginning ? new AtBeginning(rule.source, `${rule.flags}y`) : rule;
}

for (const rules of [Lexer.rules.block.gfm, Lexer.rules.inline.gfm] as Record<string, unknown>[])
  for (const [name, rule] of Object.entries(rules)) if (rule instanceof RegExp) rules[name] = asked(rule);

export { Marked };
