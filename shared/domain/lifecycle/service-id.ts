/** The id of a service: an ECS service name, with several clusters `{cluster}.{service}`. */
export const SERVICE_ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
