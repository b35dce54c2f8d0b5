/**
 * Regular expressions that strangers write, searched for in time that grows with the text and no
 * faster. Start at {@link io.mirrorneuron.wire.regex.LinearPattern}.
 */
package io.mirrorneuron.wire.regex;
