/** Where deliveries of webhooks that this server sends wait. Entry: {@code DeliveryQueue}. */
package io.mirrorneuron.store.webhook;
