# 图表：周围的控件、逐点浏览、导出为图片。

chart-name = 图表：{ $meter }
chart-what = 内容
chart-level = 走势
chart-spend = 支出
chart-how-far = 时间范围
chart-range-24h = 24 小时
chart-range-7d = 7 天
chart-range-30d = 30 天
chart-range-1y = 1 年
chart-reset-zoom = 还原缩放
chart-table = 表格

chart-role = 图表
chart-keys = { $summary }方向键逐点浏览。
chart-keys-zoom = { $summary }方向键逐点浏览，加号和减号缩放，Esc 还原。
chart-keys-turn = { $summary }方向键逐点浏览，B 键切换到下一种分类。
chart-zoom-reset = 已还原缩放。
chart-zoomed-in = 已放大。
chart-zoomed-out = 已缩小。
chart-legend = 标记的含义

chart-as-table = 图表数据表
chart-caption = { $chart }：{ $summary }
chart-col-time = 时间
chart-col-what = 内容
chart-col-value = 数值
chart-mark-top_up = 充值
chart-mark-limit_lowered = 限额下调
chart-mark-reset = 重置
chart-mark-refusal = 拒绝
chart-mark-wall = 用尽时刻

picture-open = 图片
picture-actions = 导出图片
picture-save-svg = 存为 SVG
picture-save-png = 存为 PNG
picture-copy = 复制
picture-saved = 已保存为 { $name }。
picture-saved-to = 已保存到 { $place }。
picture-copied-png = 已复制为图片。
picture-copied-svg = 已复制为 SVG 文本：此窗口不能复制图片。
picture-failed = 图片未能导出
