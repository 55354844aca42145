// Package contracts judges messages: the canonical case model, the registry of service contracts, validation against
// their schemas, and the business rules that can be told from one message alone.
//
// It does not know the case that a message belongs to, the catalogue, or the network. The wire forms of the canonical
// model are packs, folders below this one; this package sees them only through the Pack interface.
package contracts
