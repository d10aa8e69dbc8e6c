# shellcheck shell=bash
# The configuration of the guard. Needs HOST, GUARDED_PORTS: 6333, 6334 where gRPC is served, and the metrics port where there is one.

#   write_guard TEMPLATE PID_FILE IPV6 [MODULE]    IPV6: yes, or empty; MODULE: the file of nginx's stream module where it is loaded
write_guard() {
  local port grpc='#' metrics='#' metrics_port=0 ipv6='#' module=''
  for port in $GUARDED_PORTS; do
    case $port in
      6333) ;;
      6334) grpc='' ;;
      *) metrics='' metrics_port=$port ;;
    esac
  done
  [[ -z $3 ]] || ipv6=''
  [[ -z ${4:-} ]] || module="load_module $4;"
  sed -e "s|@MODULE@|$module|" -e "s|@PID@|$2|" -e "s|@HOST@|$HOST|" -e "s|@IPV6@|$ipv6|" -e "s|@GRPC@|$grpc|" \
    -e "s|@METRICS@|$metrics|" -e "s|@METRICS_PORT@|$metrics_port|" "$1"
}
