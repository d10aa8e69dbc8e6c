export * from './client-service';
export * from './cluster-dns';
export * from './connections';
export * from './gateway-route';
export * from './ingress';
export * from './peer';
export * from './service-monitor';
