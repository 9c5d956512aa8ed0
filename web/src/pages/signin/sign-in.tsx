export default function SignIn(_: { then: string }) {
  return null
}
