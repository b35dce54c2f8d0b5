package io.mirrorneuron.config;

import java.util.List;

/**
 * What checks of services may do.
 *
 * @param allowScripts whether a manifest may name programs that check its services
 * @param checkAddresses addresses, or ranges of them, that checks may ask although they are of a
 *     kind that they else may not
 */
public record ServiceSettings(boolean allowScripts, List<String> checkAddresses) {
  private static final String SCRIPTS = "core.allow_script_checks";
  private static final String ADDRESSES = "services.check_addresses";
  private static final String RANGE = "[0-9.]+(/\\d{1,2})?|[0-9A-Fa-f:.]+(/\\d{1,3})?";

  public ServiceSettings {
    checkAddresses = List.copyOf(checkAddresses);
  }

  static ServiceSettings read(Settings settings) {
    List<String> addresses = settings.list(ADDRESSES);
    settings.requireText(
        ADDRESSES,
        addresses.stream().allMatch(address -> address.matches(RANGE)),
        "a list of addresses or ranges such as 169.254.10.0/24");
    return new ServiceSettings(settings.flag(SCRIPTS), addresses);
  }
}
