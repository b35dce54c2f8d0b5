/**
 * Webhooks that this server sends: what the runtime tells is put into the queue of each target that
 * wants it, and one server delivers what the queues hold. Entry: {@code WebhookKeeper}; {@code
 * DeliveryRules} decide and are pure.
 */
package io.mirrorneuron.runtime.webhook;
