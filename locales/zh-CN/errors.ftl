# Errors.
secret-import-name = “import:”之后须为环境变量名，例如 import:OPENROUTER_API_KEY。未存储任何内容。
secret-import-unset = 环境变量 { $name } 未设置或为空：请在启动 Tollwatch 的环境中设置它，或直接粘贴密钥
