/** Commands about blueprints. */
package io.mirrorneuron.cli.blueprint;
