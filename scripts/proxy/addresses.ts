import { BlockList, isIP } from "node:net";

/** Addresses that are not of the public network: this host, private networks, and what has no single owner. */
const NOT_PUBLIC = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  "::/96", // this host, and IPv4 in IPv6 as it was once
  "64:ff9b:1::/48",
  "100::/64",
  "2001::/23", // Teredo among others
  "2001:db8::/32",
  "fc00::/7",
  "fe80::/9", // link-local and site-local
  "ff00::/8",
];

/** Prefixes that have an IPv4 address in them, and where: it counts as that address. */
const EMBEDDING = [
  { prefix: "::ffff:0:0/96", at: 6 },
  { prefix: "64:ff9b::/96", at: 6 },
  { prefix: "2002::/16", at: 1 },
];

const notPublic = listOf(NOT_PUBLIC);
const embedding = EMBEDDING.map(({ prefix, at }) => ({ list: listOf([prefix]), at }));

/**
 * Whether an address is not one of the public network.
 *
 * @param address An IPv4 or IPv6 address
 * @returns Whether it is private; true for what is no address
 */
export function isPrivate(address: string): boolean {
  const [plain = ""] = address.split("%");
  const version = isIP(plain);
  if (version === 4) return notPublic.check(plain, "ipv4");
  if (version !== 6) return true;
  for (const { list, at } of embedding) {
    if (list.check(plain, "ipv6")) return isPrivate(ipv4In(plain, at));
  }
  return notPublic.check(plain, "ipv6");
}

function listOf(subnets: string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = "", bits] = subnet.split("/");
    list.addSubnet(net, Number(bits), net.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}

/** The IPv4 address in the groups `at` and `at + 1` of an IPv6 address. */
function ipv4In(address: string, at: number): string {
  // A URL writes an address in one way, without dots.
  const [head = "", tail = ""] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const [front, back] = [head, tail].map((part) => part === "" ? [] : part.split(":")) as [
    string[],
    string[],
  ];
  const groups = [...front, ...Array<string>(8 - front.length - back.length).fill("0"), ...back];
  return [groups[at], groups[at + 1]].map((group = "0") => parseInt(group, 16))
    .map((value) => `${value >> 8}.${value & 255}`).join(".");
}
