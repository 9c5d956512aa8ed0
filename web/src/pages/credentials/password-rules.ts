// The rules of passwords, as the server has them.
const shortest = 12
const longest = 128
const distinct = 5
// Shorter names are in too many words.
const shortestName = 4

// Rule is a rule of passwords, and whether a password keeps it.
export interface Rule {
  text: string
  kept: boolean
}

// rulesOf checks a new password of a user or root of an account.
export function rulesOf(password: string, userName: string, account: string): Rule[] {
  const characters = [...password]
  const lower = password.toLowerCase()
  const named = userName.length >= shortestName && lower.includes(userName.toLowerCase())
  return [
    { text: `${shortest} to ${longest} characters`, kept: characters.length >= shortest && characters.length <= longest },
    { text: `${distinct} or more different characters`, kept: new Set(characters).size >= distinct },
    { text: 'Does not contain your user name or the account ID', kept: lower !== '' && !named && !lower.includes(account) },
  ]
}
