/** Something worth knowing that does not stop the work. */
export interface DataWarning {
  readonly code: string;
  readonly message: string;
}
