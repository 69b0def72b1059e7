import type { YAMLError } from 'yaml';

/**
 * What the parser's errors mean to whoever wrote the file, in words that follow its line. Its own texts repeat parts of the file, which can
 * hold a secret, and speak of its API.
 */
export const YAML_WORDS: Readonly<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'has a tag (!) or an anchor (&) on an alias (*), which takes none',
  BAD_ALIAS: 'has an anchor (&) or alias (*) without a proper name: put a value that begins so in quotes',
  BAD_COLLECTION_TYPE: "has a tag (!) that doesn't fit what follows it",
  BAD_DIRECTIVE: 'has a directive (%) that is not known',
  BAD_DQ_ESCAPE: 'has a \\ between double quotes that escapes nothing: use single quotes',
  BAD_INDENT: 'is not indented as it must be, or a bracket or brace before it is not closed',
  BAD_PROP_ORDER: 'has a tag (!) or an anchor (&) in the wrong place',
  BAD_SCALAR_START: 'has a value that begins with a special character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'has a second colon: put the value in quotes, or begin a new line',
  BLOCK_IN_FLOW: 'has indented keys between brackets or braces',
  DUPLICATE_KEY: 'has a key for the second time',
  IMPOSSIBLE: "can't be read",
  KEY_OVER_1024_CHARS: 'has a key that is too long',
  MISSING_CHAR: 'lacks a quote, a bracket, a comma, or a colon with a space behind it',
  MULTILINE_IMPLICIT_KEY: 'lacks a colon with a space behind it, or is indented too far',
  MULTIPLE_ANCHORS: 'has two anchors (&) on one value',
  MULTIPLE_DOCS: 'begins a second document (---): the file must hold one',
  MULTIPLE_TAGS: 'has two tags (!) on one value',
  NON_STRING_KEY: 'has a list, a map or an alias in the place of a key: a key is a word',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'is indented with a tab: use spaces',
  TAG_RESOLVE_FAILED: 'has a tag (!) that is not known: put a value that begins so in quotes',
  UNEXPECTED_TOKEN: 'has something that does not belong there: put a value with special characters in quotes',
};

/** Errors after which all that follows is still read as it was meant. */
export const PASSING_ERRORS: ReadonlySet<YAMLError['code']> = new Set([
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'MULTIPLE_DOCS',
  'TAG_RESOLVE_FAILED',
]);
