/** The settings that this program brings with it. */
package io.mirrorneuron.config.bundle;
