/** Which executions were begun on other nodes. Uses {@code store}. */
package io.mirrorneuron.store.elsewhere;
