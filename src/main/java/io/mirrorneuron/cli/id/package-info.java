/** What people may write instead of ids. Uses the Java API, and nothing of the command line. */
package io.mirrorneuron.cli.id;
