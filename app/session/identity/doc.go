// Package identity keeps who this computer was to the hosts of invites, so that a program that is started again is the same guest:
// an invite for one use lets it in again within its time, and one for several is not used up by it alone.
//
// It owns the folder for that, one small file for each room in it (for the user alone to read, since an identity is a secret), their
// number, and when they are forgotten. It knows an invite's text from its package alone, opens no socket and starts no goroutine.
package identity
