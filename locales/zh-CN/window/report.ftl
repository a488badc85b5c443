# 月度报告。

report-month = 月度报告
report-make = 生成报告
report-saved = 已保存 { $name }：打开即可阅读或打印。
report-saved-to = 已保存为 { $place } 并打开。
report-failed = 无法生成报告
