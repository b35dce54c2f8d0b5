/**
 * A catalog that is kept in a git repository. Start at {@link
 * io.mirrorneuron.blueprint.git.GitCatalog}.
 */
package io.mirrorneuron.blueprint.git;
