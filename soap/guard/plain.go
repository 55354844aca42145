package guard

import (
	"encoding/binary"
	"math/bits"
)

// What plainEnd looks at words of eight bytes with.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// remarkable has the high bit of a byte set that is below 0x20 or one of < & ]. Only the lowest is sure where a byte
// before it is beyond ASCII.
func remarkable(x uint64) uint64 {
	const sevens = ones * 0x7F // added to seven bits it sets the eighth, unless they are zero
	return ^((x ^ ones*'<' + sevens) & (x ^ ones*'&' + sevens) & (x ^ ones*']' + sevens) & (x + ones*0x60)) & highs
}

// PlainEnd goes on over characters that text may hold without a second look, eight bytes at a time. It may stop before
// one of two bytes.
func PlainEnd(p []byte, i int) int {
	for i+8 <= len(p) {
		x := binary.LittleEndian.Uint64(p[i:])
		found := remarkable(x) | x&highs
		if found == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(found) >> 3
		switch {
		case class[p[i]] < 'a': // a blank
			i++
		case p[i] >= 0x80:
			if next := mixedEnd(p, i); next != i {
				i = next
				continue
			}
			return i
		default:
			return i
		}
	}
	for i < len(p) && class[p[i]] < 'a' {
		i++
	}
	return i
}

// mixedEnd is plainEnd for text with characters of two bytes. It stops at the first byte that is remarkable, or eight
// bytes or fewer before what is neither ASCII nor such a character, and never within a character.
func mixedEnd(p []byte, i int) int {
	begun := uint64(0) // the first byte must continue a character
	for ; i+8 <= len(p); i += 8 {
		x := binary.LittleEndian.Uint64(p[i:])
		high, second, third := x&highs, x<<1&highs, x<<2&highs
		lead := high & second &^ third
		wrong := high&^second ^ (lead<<8 | begun)    // what continues nothing, or does not continue
		wrong |= high & second & third               // longer characters
		wrong |= lead &^ (x&(ones*0x1E) + ones*0x7E) // C0 and C1
		found := remarkable(x&^highs) &^ x
		if found == 0 && wrong == 0 {
			begun = lead >> 56
			continue
		}
		if wrong&(found^(found-1)) == 0 { // all is well up to what is remarkable
			return i + bits.TrailingZeros64(found)>>3
		}
		break
	}
	if begun != 0 {
		i--
	}
	return i
}

// twoBytes tells a character of two bytes, U+0080 to U+07FF: XML allows all of them.
func twoBytes(p []byte, i int) bool {
	return i+1 < len(p) && p[i]-0xC2 <= 0xDF-0xC2 && p[i+1]&0xC0 == 0x80
}
