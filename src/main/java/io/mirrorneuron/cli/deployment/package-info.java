/** {@code mn deployment}: new versions of what runs. */
package io.mirrorneuron.cli.deployment;
