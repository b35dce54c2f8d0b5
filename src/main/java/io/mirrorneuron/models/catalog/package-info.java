/** Which models there are to be installed. Entry: {@code ModelCatalog}. */
package io.mirrorneuron.models.catalog;
