# 配置文件中的 [otlp]。
config-otlp-interval = { $seconds } 不在 5 到 3600 之间
config-otlp-endpoint = 必须是 http 或 https 地址，不含用户名、密码或查询参数，例如 "http://127.0.0.1:4318"
config-otlp-header-name = 请求头名称只能由字母、数字和连字符组成
config-otlp-header = 请求头 { $name } 必须写成 "env:NAME" 或 "credential:NAME"（保存其值之处），切勿直接填写值
