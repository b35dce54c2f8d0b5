/** Addresses as people write them into settings: names, ports and URLs. */
package io.mirrorneuron.config.address;
