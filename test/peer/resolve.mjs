// The library's files name each other without ".js", and most of its packages name their module as
// bundlers read it and Node does not.
export async function resolve(specifier, context, next) {
  if (/^@pexip\/[^/]+$/.test(specifier))
    return next(`${specifier}/dist/index.js`, context).catch(() => next(specifier, context));
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!specifier.startsWith('.')) throw error;
    return next(`${specifier}.js`, context).catch(() => next(`${specifier}/index.js`, context));
  }
}
