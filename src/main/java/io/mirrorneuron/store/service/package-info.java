/**
 * The port behind which instances of services are registered for all servers of a store. Start with
 * {@link io.mirrorneuron.store.service.ServiceRegistry}; in Redis it is {@code
 * store/RedisServiceRegistry}.
 */
package io.mirrorneuron.store.service;
