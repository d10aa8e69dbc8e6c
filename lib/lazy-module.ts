/**
 * A module that is loaded when something of it is first used. It is an object of its own rather than a getter, so that an ES module can import it by
 * its name, and copying or listing what the package exports loads nothing.
 *
 * @param load what requires it
 * @param provider the package of the provider that it needs, which is an optional peer
 */
export function lazyModule(load: () => object, provider: string): object {
  let loaded: object | undefined;
  const module = () => (loaded ??= required(load, provider));
  return new Proxy(
    {},
    {
      get: (_, name) => Reflect.get(module(), name),
      has: (_, name) => Reflect.has(module(), name),
      ownKeys: () => Reflect.ownKeys(module()),
      getOwnPropertyDescriptor: (_, name) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(module(), name);
        // What is not configurable would have to stand on the proxy's own target.
        return descriptor && { ...descriptor, configurable: true };
      },
    },
  );
}

function required(load: () => object, provider: string): object {
  try {
    return load();
  } catch (error: any) {
    if (error?.code !== 'MODULE_NOT_FOUND' || !String(error.message).includes(`'${provider}/`)) throw error;
    const message = `${provider} is not installed. It is an optional peer of cdktf-qdrant: npm install ${provider}`;
    throw new Error(message, { cause: error });
  }
}
