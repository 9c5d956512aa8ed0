// The rules of passwords, as the server has them.
const shortest = 12
const longest = 128

// Rule is a rule of passwords, and whether a password keeps it.
export interface Rule {
  text: string
  kept: boolean
}

// rulesOf checks a new password of a user or root of an account.
export function rulesOf(password: string, userName: string, account: string): Rule[] {
  const length = [...password].length
  const lower = password.toLowerCase()
  return [
    { text: `${shortest} to ${longest} characters`, kept: length >= shortest && length <= longest },
    { text: 'Not your user name, and not the account ID', kept: lower !== '' && lower !== userName.toLowerCase() && password !== account },
  ]
}
