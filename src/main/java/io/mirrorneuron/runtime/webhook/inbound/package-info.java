/** Addresses at which others tell what happened. Entry: {@code InboundHooks}. */
package io.mirrorneuron.runtime.webhook.inbound;
