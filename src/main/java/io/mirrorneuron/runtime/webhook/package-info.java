/**
 * Outbound webhooks: runtime events are put into the queue of each target that wants them, and one
 * server delivers the queues. Entry: {@code WebhookKeeper}; {@code DeliveryRules} decide and are
 * pure.
 */
package io.mirrorneuron.runtime.webhook;
