/**
 * What a launch reads of the folder of a bundle: who it is, its configuration, what it asks for,
 * which models it needs, and the manifest that is submitted. Start at {@link
 * io.mirrorneuron.blueprint.bundle.BlueprintBundle}, and at {@link
 * io.mirrorneuron.blueprint.bundle.ConfiguredBundle} for what a request makes of it. Strangers
 * wrote these folders: nothing of them is executed here, and no link is followed out of them.
 */
package io.mirrorneuron.blueprint.bundle;
