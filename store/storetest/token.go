package storetest

import "strings"

// TokenSQL is SQL for the token of a word in lower case that an expression has, as the store writes it where cases are
// searched: for tests that write cases past all verbs.
func TokenSQL(postgres bool, expression string) string {
	const digits, letters = "0123456789", "ghijklmnop"
	if postgres {
		return "translate(encode(convert_to(" + expression + ", 'UTF8'), 'hex'), '" + digits + "', '" + letters + "')"
	}
	hex := "lower(hex(" + expression + "))"
	for i := range digits {
		hex = "replace(" + hex + ", '" + digits[i:i+1] + "', '" + letters[i:i+1] + "')"
	}
	return hex
}

// TokensSQL is SQL for what case_search has for a case of which expressions have the words.
func TokensSQL(postgres bool, expressions ...string) string {
	tokens := make([]string, len(expressions))
	for i, expression := range expressions {
		tokens[i] = TokenSQL(postgres, expression)
	}
	return "' ' || " + strings.Join(tokens, " || ' ' || ") + " || ' '"
}
