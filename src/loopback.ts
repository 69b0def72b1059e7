/** Whether a host name or address, an IPv6 one with or without its brackets, is this machine's own: what is sent there stays here. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
