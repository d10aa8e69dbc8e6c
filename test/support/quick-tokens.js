const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { basename } = require('node:path');

// CDK for Terraform resolves each value of a stack by steps that it could take once or not at all: two thirds of the time of the unit tests. Here they are
// taken so, to the same end; all else is CDK's own. Where another version of it has none of these lines, its own are left.
const QUICKER = {
  'resolve.js': [
    // Where a value stands is written down for errors, which are hardly ever made.
    ['const pathName = "/" + prefix.join("/");', ''],
    [/\(pathName(?=[,)])/g, '("/" + prefix.join("/")'],
    ['...options,\n', 'scope: options.scope, preparing: options.preparing, resolver: options.resolver,\n'],
    // A text that has no token in it, nor what may be a number that stands for one, is what it is.
    [
      'if (typeof obj === "string") {',
      '$& if (!/TfToken\\[|[-|\\d.+]e[-|\\d.eE+]|(String|Any) Map Token/.test(obj)) return obj;',
    ],
    // The name of a token in a map begins as no other name does, and is looked for once.
    ['(0, encoding_1.containsMapToken)(obj)', 'Object.keys(obj).some((key) => key.includes("&{TfToken["))'],
    ['(0, encoding_1.unresolved)(obj)', 'typeof obj.resolve === "function"'],
  ],
  'tfExpression.js': [
    // Each expression resolves what is in it twice, so that what is in three others is resolved eight times.
    ['resolveExpressionPart(context, arg) {', 'resolveExpressionPart(context, arg, resolvedArg = context.resolve(arg)) {'],
    [/(?<=resolvedArg = context.resolve\(arg\)\) \{\s*)const resolvedArg = context.resolve\(arg\);/, ''],
    ['return this.resolveExpressionPart(context, arg);', 'return this.resolveExpressionPart(context, arg, resolvedArg);'],
  ],
};

exports.process = (source, path) => {
  const steps = QUICKER[basename(path)];
  const quicker = steps.reduce(
    (text, [slow, quick]) => text && (text.replace(slow, quick) !== text ? text.replace(slow, quick) : ''),
    source,
  );
  return { code: quicker || source };
};
exports.getCacheKey = (source) =>
  createHash('sha256')
    .update(source)
    .update(readFileSync(require.resolve('./quick-tokens')))
    .digest('hex');
