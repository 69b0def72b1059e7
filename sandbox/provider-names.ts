export const PROVIDER_NAMES = ['wallet', 'yabandpay', 'payermax'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** The provider of a name, or null. */
export function providerNamed(name: string): ProviderName | null {
  return PROVIDER_NAMES.find((one) => one === name) ?? null;
}
