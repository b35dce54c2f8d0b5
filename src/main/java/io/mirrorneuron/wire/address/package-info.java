/** What may be shown to people as an address that they can follow. Pure. */
package io.mirrorneuron.wire.address;
